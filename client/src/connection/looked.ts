const LOOK_MS = 3_000;
const TICK_MS = 500;
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * onLook calls tell once, when a person has looked at the page: it was visible for three seconds, and
 * somebody moved, touched or typed. A scanner that runs the page's script does not.
 */
export function onLook(tell: () => void): void {
  let visible = 0;
  let moved = false;
  const sign = (event: Event): void => {
    moved ||= event.isTrusted;
  };
  for (const name of SIGNS) addEventListener(name, sign, { passive: true });
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') visible += TICK_MS;
    if (visible < LOOK_MS || !moved) return;
    clearInterval(timer);
    for (const name of SIGNS) removeEventListener(name, sign);
    tell();
  }, TICK_MS);
}
