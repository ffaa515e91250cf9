import type { Port } from './port';

// Less than this is rounding, not content.
const LEAST_PX = 2;

/** tellHeight keeps the page told how high what is shown is. */
export function tellHeight(content: HTMLElement, port: Port): void {
  let told = 0;
  let frame = 0;
  const tell = (): void => {
    const height = Math.ceil(content.getBoundingClientRect().height);
    if (Math.abs(height - told) < LEAST_PX) return;
    told = height;
    port.emit('resize', { height });
  };
  new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(tell);
  }).observe(content);
}

/** followSeen keeps what lies over the page in the part of the frame that is on the screen. */
export function followSeen(top: number, height: number): void {
  const { style } = document.documentElement;
  style.setProperty('--seen-top', `${Math.round(top)}px`);
  style.setProperty('--seen-height', `${Math.round(height)}px`);
  // Of the height that the frame has when it is drawn: it may not have grown yet.
  style.setProperty('--seen-below', `max(0px, 100vh - ${Math.round(top + height)}px)`);
}
