import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';

import { Moment } from '../parts/Moment';
import { Status } from '../parts/Status';
import type { Entry, EntryKind } from './entries';
import { Go } from './Go';

const KINDS: Record<EntryKind, string> = {
  deployment: 'Deployment',
  decision: 'Decision',
  action: 'Action',
  stack: 'Stack',
  check: 'Check',
  bake: 'Bake',
  rollback: 'Rollback',
  override: 'Override',
  incident: 'Incident',
};

function Line({ entry, zone }: { entry: Entry; zone: string }) {
  const { at, kind, status, sentence, details, to } = entry;
  const text = to === undefined ? sentence : <Go to={to}>{sentence}</Go>;
  return (
    <li data-kind={kind}>
      <span className="when">
        <Moment at={at} zone={zone} exact />
        <Box variant="small" color="text-body-secondary">
          {KINDS[kind]} · <Moment at={at} zone={zone} />
        </Box>
      </span>
      <div>
        {status === undefined ? text : <Status status={status}>{text}</Status>}
        {details.map((detail) => (
          <Box key={detail} color="text-body-secondary">
            <span className="copyable-id">{detail}</span>
          </Box>
        ))}
      </div>
    </li>
  );
}

/** What happened, the earliest first, by the Region's clock. */
export function Timeline({ entries, zone }: { entries: readonly Entry[]; zone: string }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${entries.length})`}
          description={`The earliest first. Times are those of ${zone}; hover for UTC and your own.`}
        >
          What happened
        </Header>
      }
    >
      {/* a list that scrolls is reached by keyboard too */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="happened-scroll" role="region" aria-label="What happened" tabIndex={0}>
        <ol className="happened">
          {entries.map((entry) => (
            <Line key={entry.key} entry={entry} zone={zone} />
          ))}
        </ol>
      </div>
    </Container>
  );
}
