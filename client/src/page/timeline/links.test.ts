import { expect, test } from 'vitest';
import { elbow } from './links';

const ROW = 32;

test('a line leaves to the right and arrives from the left', () => {
  expect(elbow({ x: 100, y: 16 }, { x: 200, y: 80 }, ROW)).toBe('M109 16H108q4 0 4 4V76q0 4 4 4H191');
  expect(elbow({ x: 100, y: 80 }, { x: 200, y: 16 }, ROW)).toBe('M109 80H108q4 0 4 -4V20q0 -4 4 -4H191');
});

test('a line to something earlier goes back between the rows', () => {
  expect(elbow({ x: 200, y: 16 }, { x: 100, y: 80 }, ROW)).toBe('M209 16H212V64H79V80H91');
  expect(elbow({ x: 200, y: 80 }, { x: 100, y: 16 }, ROW)).toBe('M209 80H212V32H79V16H91');
});
