import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { commitAddress } from './addresses';
import type { DeploymentDetails } from './timeline';

type Commit = DeploymentDetails['commits'][number];

function columns(repository: string): TableProps.ColumnDefinition<Commit>[] {
  return [
    {
      id: 'revision',
      header: 'Commit',
      isRowHeader: true,
      cell: ({ revision, tag }) => <Revision revision={revision} tag={tag} copy />,
      minWidth: 150,
    },
    {
      id: 'message',
      header: 'Message',
      cell: ({ message }) => message?.split('\n')[0] ?? '–',
      minWidth: 260,
    },
    { id: 'author', header: 'Author', cell: ({ author }) => author ?? '–', minWidth: 150 },
    {
      id: 'at',
      header: 'Committed',
      cell: ({ committedAt, seenAt }) => <Moment at={committedAt ?? seenAt} />,
      minWidth: 120,
    },
    {
      id: 'code',
      header: 'Change',
      cell: ({ revision }) => (
        <Link href={commitAddress(repository, revision)} external ariaLabel={`Commit ${revision} on GitHub`}>
          GitHub
        </Link>
      ),
      minWidth: 110,
    },
  ];
}

/** What it brought beyond the deployment before it. */
export function Commits({ deployment }: { deployment: DeploymentDetails }) {
  const { commits, service, environment } = deployment;
  return (
    <Table
      variant="container"
      items={commits}
      trackBy="revision"
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: 'Commits in it' }}
      header={
        <Header
          variant="h2"
          counter={`(${commits.length})`}
          description={`What it brings to ${environment.name} beyond the deployment before it: the revisions that the pipeline has seen.`}
        >
          Commits in it
        </Header>
      }
      empty={
        <Box color="text-body-secondary">
          It brings no revision that was not there before: it is a rollback, or the same one again.
        </Box>
      }
      columnDefinitions={columns(service.repository)}
    />
  );
}
