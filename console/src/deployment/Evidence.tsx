import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { addresses } from './addresses';
import { evidenceSentence } from './failures';
import { Go } from './Go';
import type { DeploymentDetails } from './timeline';

type Piece = DeploymentDetails['failureEvidence']['nodes'][number];

function Behind({ checkRun, rollback, incident }: Piece) {
  if (rollback !== null) {
    return (
      <>
        <Go to={addresses.deployment(rollback.id)}>The rollback</Go> to{' '}
        <Revision revision={rollback.revision} />
      </>
    );
  }
  if (checkRun !== null) {
    return checkRun.name === 'bake' ? (
      <>The bake</>
    ) : (
      <Go to={addresses.check(checkRun.name)}>{checkRun.name}</Go>
    );
  }
  return <>{incident?.name ?? '–'}</>;
}

const columns = (zone: string): TableProps.ColumnDefinition<Piece>[] => [
  { id: 'what', header: 'What', isRowHeader: true, cell: (piece) => evidenceSentence(piece), minWidth: 180 },
  { id: 'detail', header: 'In words', cell: ({ detail }) => detail ?? '–', minWidth: 220 },
  { id: 'behind', header: 'Behind it', cell: (piece) => <Behind {...piece} />, minWidth: 120 },
  { id: 'at', header: 'Since', cell: ({ at }) => <Moment at={at} zone={zone} />, minWidth: 110 },
  { id: 'over', header: 'Over', cell: ({ overAt }) => <Moment at={overAt} zone={zone} />, minWidth: 110 },
];

/** What shows that it failed: nothing else counts in the measures of delivery. */
export function Evidence({ pieces, zone }: { pieces: readonly Piece[]; zone: string }) {
  if (pieces.length === 0) return null;
  return (
    <Table
      variant="container"
      items={[...pieces]}
      trackBy="id"
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${pieces.length})`}
          description="What makes it count as a failed deployment, the earliest first."
        >
          Evidence
        </Header>
      }
      columnDefinitions={columns(zone)}
      enableKeyboardNavigation
    />
  );
}
