import { expect, test } from 'vitest';

import { alarmCounter, regionsOf } from './onMap';
import { place } from './places.fixture';
import { standingsOf } from './standing';

const PLACES = [place('prod-a'), place('prod-b'), place('alpha-a')];

test('alarms count in the account and Region in which they ring', () => {
  const alarmsIn = alarmCounter([{ accountId: '222222222222', regionName: 'eu-west-1' }]);
  expect(PLACES.map(alarmsIn)).toEqual([1, 1, 0]);
});

test('a Region has its environments, and each alarm once', () => {
  const alarmsIn = alarmCounter([{ accountId: '222222222222', regionName: 'eu-west-1' }]);
  const standings = standingsOf([{ service: 's', environment: 'prod-a', status: 'FAILED' }]);
  expect(regionsOf(PLACES, standings, alarmsIn)).toMatchObject([
    { name: 'eu-west-1', environments: 3, alarms: 1, standing: { state: 'FAILED', placed: 1 } },
  ]);
});
