import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';

import type { UrlChanges } from '../parts/url';
import { Bars } from './Bars';
import type { Interval } from './choice';
import { histogramBars, knownOf, percentilesOf, seriesBars, type Total } from './look';
import { formatted, MEANINGS, type Measure } from './measures';

interface Props {
  total: Total;
  measure: Measure;
  interval: Interval;
  parameters: URLSearchParams;
  change: (changes: UrlChanges) => void;
}

const INTERVALS = [
  { id: 'day', text: 'By day' },
  { id: 'week', text: 'By week' },
];

function capital(words: string): string {
  return words[0]!.toUpperCase() + words.slice(1);
}

/** A count on an axis; between two of them there is none. */
function whole(value: number): string {
  return Number.isInteger(value) ? String(value) : '';
}

/** How one measure moves over time, and how its values are spread. */
export function Detail({ total, measure, interval, parameters, change }: Props) {
  const { title, unit, words, sentence } = MEANINGS[measure];
  const { distribution } = knownOf(total, measure);
  const frequency = unit === 'PER_DAY';
  const format = (value: number): string => (frequency ? whole(value) : formatted(value, unit));
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={sentence}
          actions={
            <SegmentedControl
              label="Series"
              selectedId={interval === 'WEEK' ? 'week' : 'day'}
              options={INTERVALS}
              onChange={({ detail }) => change({ by: detail.selectedId === 'week' ? 'week' : undefined })}
            />
          }
        >
          {title}
        </Header>
      }
    >
      <ColumnLayout columns={2}>
        <Bars
          title={`${title} over time`}
          xTitle={interval === 'WEEK' ? 'Week from, in UTC' : 'Day, in UTC'}
          yTitle={frequency ? 'Deliveries' : capital(words)}
          bars={seriesBars(total, measure, parameters)}
          format={format}
        />
        {distribution ? (
          <SpaceBetween size="m">
            <Bars
              title={
                frequency
                  ? 'Times between two deliveries of a service'
                  : `Distribution of ${title.toLowerCase()}`
              }
              xTitle={frequency ? 'Time between' : 'Time'}
              yTitle="Deliveries"
              bars={histogramBars(distribution, measure, parameters)}
              format={whole}
            />
            <KeyValuePairs columns={4} items={percentilesOf(distribution)} />
          </SpaceBetween>
        ) : (
          <Box color="text-body-secondary">
            {unit === 'SHARE'
              ? 'A share has no distribution: it is of how many, as its series says.'
              : 'No data: there is no distribution to show.'}
          </Box>
        )}
      </ColumnLayout>
    </Container>
  );
}
