import { groupBy } from '../parts/groupBy';
import type { PlaceFragment } from './EnvironmentsView.generated';
import type { RegionOnMap } from './projection';
import { type Standing, together } from './standing';

interface Ringing {
  accountId: string;
  regionName: string;
}

function keyOf(accountId: string, region: string): string {
  return `${accountId} ${region}`;
}

/** How many alarms ring in an environment's account and Region. */
export function alarmCounter(alarms: readonly Ringing[]): (place: PlaceFragment) => number {
  const counted = new Map<string, number>();
  for (const { accountId, regionName } of alarms) {
    const key = keyOf(accountId, regionName);
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  return ({ account, region }) => counted.get(keyOf(account.awsId, region.name)) ?? 0;
}

/** The Regions of some environments, with what runs there; an account and Region's alarms count once. */
export function regionsOf(
  places: readonly PlaceFragment[],
  standings: ReadonlyMap<string, Standing>,
  alarmsIn: (place: PlaceFragment) => number,
): RegionOnMap[] {
  return [...groupBy(places, ({ region }) => region.name)].map(([name, own]) => {
    const accounts = new Map(own.map((place) => [place.account.awsId, alarmsIn(place)]));
    return {
      name,
      description: own[0]!.region.description,
      environments: own.length,
      standing: together(own.map((place) => standings.get(place.name))),
      alarms: [...accounts.values()].reduce((sum, each) => sum + each, 0),
    };
  });
}
