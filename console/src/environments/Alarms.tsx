import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Status } from '../parts/Status';
import { Trouble } from '../parts/Trouble';
import { touchesAlarms } from './about';
import { EnvironmentAlarmsDocument, type EnvironmentAlarmsQuery } from './EnvironmentView.generated';

type Row = EnvironmentAlarmsQuery['alarms']['nodes'][number];

const GRAVITY: Readonly<Record<Row['state'], number>> = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 };

const COLUMNS: TableProps.ColumnDefinition<Row>[] = [
  { id: 'name', header: 'Alarm', isRowHeader: true, minWidth: 220, cell: ({ name }) => name },
  { id: 'state', header: 'State', minWidth: 130, cell: ({ state }) => <Status status={state} /> },
  { id: 'since', header: 'Since', minWidth: 110, cell: ({ changedAt }) => <Moment at={changedAt} /> },
  { id: 'reason', header: 'Why', minWidth: 240, cell: ({ reason }) => reason ?? '–' },
];

/** The alarms of an account and Region, those that ring first. */
export function Alarms({ accountId, region }: { accountId: string; region: string }) {
  const { data, problem, loading, refresh } = useLive(
    EnvironmentAlarmsDocument,
    { accountId, region },
    { touches: touchesAlarms(accountId, region) },
  );
  const alarms = [...(data?.alarms.nodes ?? [])].sort((a, b) => GRAVITY[a.state] - GRAVITY[b.state]);
  return (
    <div>
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={alarms}
        trackBy="arn"
        columnDefinitions={COLUMNS}
        wrapLines
        loading={loading}
        loadingText="Asking for alarms"
        ariaLabels={{ tableLabel: 'Alarms' }}
        header={
          <Header
            variant="h2"
            counter={data ? `(${data.alarms.totalCount})` : ''}
            description={`In account ${accountId} and Region ${region}.`}
          >
            Alarms
          </Header>
        }
        empty={
          <Empty title="No alarm has told its state">
            Alarms come over the account&apos;s event bus when their state changes.
          </Empty>
        }
      />
    </div>
  );
}
