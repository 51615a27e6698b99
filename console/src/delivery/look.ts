import type { MeasuresQuery } from './DeliveryView.generated';
import type { Bar } from './Bars';
import { opening } from './choice';
import { searchOf } from '../parts/url';
import { bucketName, dayName, formatted, MEANINGS, type Measure, sampleSentence } from './measures';

export type Total = MeasuresQuery['dora']['total'];
export type Distribution = NonNullable<Total['changeLeadTime']['distribution']>;

/** What is known of a measure, whichever it is. */
export interface Known {
  value: number | null;
  sampleSize: number;
  count: number;
  unknownCount: number;
  rollbackCount: number;
  distribution: Distribution | null;
  series: Total['changeLeadTime']['series'];
}

/** The numbers of one measure, those that it does not have being zero or nothing. */
export function knownOf(total: Total, measure: Measure): Known {
  const numbers = total[measure];
  return {
    value: numbers.value,
    series: numbers.series,
    sampleSize: 'sampleSize' in numbers ? numbers.sampleSize : numbers.count,
    count: 'count' in numbers ? numbers.count : 0,
    unknownCount: 'unknownCount' in numbers ? numbers.unknownCount : 0,
    rollbackCount: 'rollbackCount' in numbers ? numbers.rollbackCount : 0,
    distribution:
      'distribution' in numbers ? numbers.distribution : 'intervals' in numbers ? numbers.intervals : null,
  };
}

/** The bars of a series; a day of frequency is how many there were. */
export function seriesBars(total: Total, measure: Measure, parameters: URLSearchParams): Bar[] {
  const { unit } = MEANINGS[measure];
  return knownOf(total, measure).series.map(({ from, to, value, count, sampleSize }) => {
    const frequency = unit === 'PER_DAY';
    const shown = frequency ? count : value;
    const some = frequency || unit === 'SECONDS' ? count > 0 : sampleSize > 0;
    const behind = unit === 'SHARE' && count === 0 ? 'sample' : 'deliveries';
    return {
      name: dayName(from),
      value: shown,
      said: frequency ? String(count) : formatted(value, unit),
      detail: sampleSentence(unit, { count, sampleSize }),
      to: some ? searchOf(parameters, opening({ measure, behind, from, to })) : undefined,
    };
  });
}

/** The bars of a histogram; of times between deliveries nothing can be opened. */
export function histogramBars(
  { buckets }: Distribution,
  measure: Measure,
  parameters: URLSearchParams,
): Bar[] {
  return buckets.map((bucket) => {
    const { fromSeconds, toSeconds, count } = bucket;
    const bounds = { atLeastSeconds: fromSeconds, belowSeconds: toSeconds };
    const opens = count > 0 && MEANINGS[measure].unit === 'SECONDS';
    return {
      name: bucketName(bucket),
      value: count,
      said: String(count),
      detail: 'deliveries',
      to: opens ? searchOf(parameters, opening({ measure, ...bounds })) : undefined,
    };
  });
}

/** The percentiles by nearest rank: each is a value that was measured. */
export function percentilesOf(distribution: Distribution): { label: string; value: string }[] {
  const { least, p50, p75, p90, p95, most, mean } = distribution;
  const rows = {
    Least: least,
    Median: p50,
    '75th percentile': p75,
    '90th percentile': p90,
    '95th percentile': p95,
    Most: most,
    Mean: mean,
  };
  return Object.entries(rows).map(([label, value]) => ({ label, value: formatted(value, 'SECONDS') }));
}
