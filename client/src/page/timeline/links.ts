/** Point is a place on the timeline, in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const OUT = 12; // from a marker's middle to where its line turns
const NEAR = 9; // the line ends beside the marker, not in it
const RADIUS = 4;

/**
 * elbow is the path of a dependency: out of the first marker to the right, along
 * and into the second from the left. Where the second comes too early for that,
 * the line goes back between the rows.
 */
export function elbow(from: Point, to: Point, rowHeight: number): string {
  const end = to.x - NEAR;
  const turn = from.x + OUT;
  if (from.y === to.y) return `M${from.x + NEAR} ${from.y}H${end}`;
  const down = to.y > from.y ? 1 : -1;
  if (turn + RADIUS <= end) {
    return (
      `M${from.x + NEAR} ${from.y}H${turn - RADIUS}q${RADIUS} 0 ${RADIUS} ${down * RADIUS}` +
      `V${to.y - down * RADIUS}q0 ${down * RADIUS} ${RADIUS} ${down * RADIUS}H${end}`
    );
  }
  const between = to.y - (down * rowHeight) / 2;
  const back = to.x - OUT - NEAR;
  return `M${from.x + NEAR} ${from.y}H${turn}V${between}H${back}V${to.y}H${end}`;
}

/** arrow is the head at the end of an elbow. */
export function arrow(to: Point): string {
  const tip = to.x - NEAR + 1;
  return `M${tip - 5} ${to.y - 3.5}L${tip} ${to.y}l-5 3.5`;
}
