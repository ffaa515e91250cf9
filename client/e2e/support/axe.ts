import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { AxeResults, RuleObject } from 'axe-core';
import { repository } from './paths.ts';

const source = readFileSync(`${repository}/client/node_modules/axe-core/axe.min.js`, 'utf8');

/** TARGETS asks for 24 by 24 px of everything to press, or as much room around it. */
export const TARGETS: RuleObject = { 'target-size': { enabled: true } };

/** faults returns what keeps people out, as "rule: element", of the impacts serious and critical. */
export async function faults(page: Page, rules: RuleObject = {}): Promise<string[]> {
  // The page's policy lets no script tag in, so axe comes as an expression.
  await page.evaluate(source);
  const { violations, passes } = await page.evaluate(
    (also) =>
      (window as unknown as { axe: { run(options: { rules: RuleObject }): Promise<AxeResults> } }).axe.run({
        rules: also,
      }),
    rules,
  );
  if (passes.length === 0) throw new Error('axe found nothing to look at');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} (${node.any[0]?.message ?? ''})`));
}
