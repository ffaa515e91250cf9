import type { MilestoneView } from '../../replica/view-types';

/** EditField is a field of a milestone that is edited in its cell. */
export type EditField = 'status' | 'title' | 'buyer_owner' | 'seller_owner' | 'due';

/** heldValue is what a field holds, as the wire writes it. */
export function heldValue(m: MilestoneView, field: EditField): string | null {
  switch (field) {
    case 'buyer_owner':
      return m.owners.buyer?.id ?? null;
    case 'seller_owner':
      return m.owners.seller?.id ?? null;
    default:
      return m[field];
  }
}

/** Edit is one open editor. */
export class Edit {
  readonly id: string;
  readonly field: EditField;
  text = $state('');
  /** touched: the person has typed; until then the field follows what others do. */
  touched = $state(false);
  /** base is the value that the person knows of. */
  base: string | null = $state(null);
  error = $state('');
  /** last is the milestone as it was last seen: it may be deleted meanwhile. */
  last: MilestoneView;

  constructor(milestone: MilestoneView, field: EditField, text: string) {
    this.id = milestone.id;
    this.last = milestone;
    this.field = field;
    this.base = heldValue(milestone, field);
    this.text = text;
  }

  type(text: string): void {
    this.text = text;
    this.touched = true;
    this.error = '';
  }
}
