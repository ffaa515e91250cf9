/** sentence writes a refusal for people: in an API's answer it begins in lower case, and has no full stop. */
export function sentence(refusal: string): string {
  const first = refusal.charAt(0).toUpperCase() + refusal.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
