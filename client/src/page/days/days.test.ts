import { expect, test } from 'vitest';
import { changed, type DaysOff, moved, ownDays, toggled, withDay, withoutDay } from './days';

const norway = [
  { day: '2026-05-17', name: 'Grunnlovsdagen' },
  { day: '2026-12-25', name: 'Første juledag' },
];
const germany = [{ day: '2026-10-03', name: 'Tag der Deutschen Einheit' }];
const off: DaysOff = {
  weekend: ['sat', 'sun'],
  country: 'no',
  holidays: ['2026-05-17', '2026-07-20', '2026-12-25'],
};

test('another country takes its holidays along, and the own days stay', () => {
  expect(ownDays(off, norway)).toEqual(['2026-07-20']);
  expect(moved(off, norway, 'de', germany)).toEqual({
    weekend: ['sat', 'sun'],
    country: 'de',
    holidays: ['2026-07-20', '2026-10-03'],
  });
});

test('a weekend keeps the order of the week and leaves a day to work on', () => {
  expect(toggled(['sat', 'sun'], 'fri')).toEqual(['fri', 'sat', 'sun']);
  expect(toggled(['fri', 'sat'], 'fri')).toEqual(['sat']);
  const six = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  expect(toggled(six, 'sun')).toEqual(six);
});

test('only what was changed is written, and the usual is written as nothing', () => {
  expect(changed(null, 'buyer', { weekend: ['sat', 'sun'], country: '', holidays: [] })).toEqual({});
  expect(
    changed(null, 'buyer', withDay(withDay({ ...off, holidays: [] }, '2026-12-24'), '2026-07-20')),
  ).toEqual({
    buyer_country: 'no',
    buyer_holidays: ['2026-07-20', '2026-12-24'],
  });
  const room = { buyer_weekend: ['fri'], buyer_country: 'no', buyer_holidays: ['2026-12-24'] };
  const view = room as unknown as Parameters<typeof changed>[0];
  expect(
    changed(
      view,
      'buyer',
      withoutDay({ weekend: ['sat', 'sun'], country: '', holidays: ['2026-12-24'] }, '2026-12-24'),
    ),
  ).toEqual({
    buyer_weekend: null,
    buyer_country: null,
    buyer_holidays: null,
  });
});
