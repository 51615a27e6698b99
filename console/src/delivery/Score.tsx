import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useMemo, useState } from 'react';

import { useLive } from '../graph/useLive';
import { ActionButton } from '../parts/ActionButton';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Trouble } from '../parts/Trouble';
import { inOrder, isWaived, type Point, ruleName, touchesSafety } from './safety';
import { ScoreDocument } from './Safety.generated';
import { GrantDialog } from './WaiverDialogs';
import { TargetContext } from '../app/viewer';

function Standing({ point }: { point: Point }) {
  if (point.met) return <StatusIndicator type="success">Met</StatusIndicator>;
  if (isWaived(point)) return <StatusIndicator type="warning">Waived</StatusIndicator>;
  return <StatusIndicator type="error">Missing</StatusIndicator>;
}

function WaiverLine({ waiver }: Point) {
  if (waiver === null) return null;
  return (
    <Box variant="small" display="block">
      {waiver.name}: {waiver.reason} ({waiver.grantedBy}), {waiver.expired ? 'expired' : 'ends'}{' '}
      <Moment at={waiver.expiresAt} />
    </Box>
  );
}

function columns(grant: (point: Point) => void): TableProps.ColumnDefinition<Point>[] {
  return [
    {
      id: 'rule',
      header: 'Rule',
      isRowHeader: true,
      minWidth: 220,
      cell: ({ rule, sentence, source }) => (
        <>
          <Box variant="strong">{ruleName(rule)}</Box>
          <div>{sentence}</div>
          <Box variant="small" color="text-body-secondary">
            {source}
          </Box>
        </>
      ),
    },
    {
      id: 'met',
      header: 'Met',
      minWidth: 150,
      cell: (point) => (
        <>
          <span className="together">
            <Standing point={point} />
          </span>
          <WaiverLine {...point} />
        </>
      ),
    },
    { id: 'points', header: 'Points', minWidth: 85, cell: ({ points, of }) => `${points} of ${of}` },
    { id: 'missing', header: 'What is missing', minWidth: 180, cell: ({ missing }) => missing ?? '–' },
    { id: 'remedy', header: 'What to do', minWidth: 180, cell: ({ remedy }) => remedy ?? '–' },
    {
      id: 'grant',
      header: 'Actions',
      minWidth: 90,
      cell: (point) =>
        point.met || isWaived(point) ? null : (
          <ActionButton
            permission="GRANT_WAIVER"
            variant="inline-link"
            ariaLabel={`Waive ${ruleName(point.rule)}`}
            onClick={() => grant(point)}
          >
            Waive
          </ActionButton>
        ),
    },
  ];
}

/** The rules that have something to say of a service: what is missing first, and what to do about it. */
export function Score({ service }: { service: string }) {
  const [granting, setGranting] = useState<Point>();
  const { data, problem, loading, refresh } = useLive(ScoreDocument, { service }, { touches: touchesSafety });
  const definitions = useMemo(() => columns(setGranting), []);
  const safety = data?.service?.safety;
  return (
    <div>
      <Trouble problem={problem} onRetry={refresh} />
      <TargetContext value={{ service }}>
        <Table
          items={inOrder(safety?.points ?? [])}
          trackBy="rule"
          columnDefinitions={definitions}
          wrapLines
          loading={loading}
          loadingText="Asking for its rules"
          ariaLabels={{ tableLabel: `The rules of ${service}` }}
          header={
            <Header
              variant="h2"
              counter={safety ? `(${safety.points.length} rules)` : ''}
              description={
                safety ? `${safety.score} of ${safety.of} points; ${safety.waived} are waived.` : undefined
              }
            >
              {service}
            </Header>
          }
          empty={
            <Empty title={`${service} has no score`}>
              No service in the fleet has this name. Choose one above.
            </Empty>
          }
        />
      </TargetContext>
      {granting && (
        <GrantDialog
          service={service}
          point={granting}
          onDismiss={() => setGranting(undefined)}
          onDone={() => {
            setGranting(undefined);
            refresh();
          }}
        />
      )}
    </div>
  );
}
