import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useState } from 'react';

import { ActionButton } from '../parts/ActionButton';
import { Moment } from '../parts/Moment';
import { Status } from '../parts/Status';
import { LinkDialog } from './incidents/LinkDialog';
import { ResolveDialog } from './incidents/ResolveDialog';
import type { DeploymentDetails } from './timeline';

type Link = DeploymentDetails['incidentLinks']['nodes'][number];

function columns(zone: string, resolve: (link: Link) => void): TableProps.ColumnDefinition<Link>[] {
  return [
    {
      id: 'title',
      header: 'What customers notice',
      isRowHeader: true,
      cell: ({ incident }) => `${incident.title} (${incident.name})`,
      minWidth: 200,
    },
    {
      id: 'state',
      header: 'State',
      cell: ({ incident }) => (
        <Status status={incident.resolvedAt === null ? 'ALARM' : 'OK'}>
          {incident.resolvedAt === null ? 'Open' : 'Resolved'}
        </Status>
      ),
      minWidth: 110,
    },
    {
      id: 'severity',
      header: 'Severity',
      cell: ({ incident }) => incident.severity.toLowerCase(),
      minWidth: 100,
    },
    {
      id: 'role',
      header: 'This deployment',
      cell: ({ role }) => (role === 'CAUSE' ? 'brought it about' : 'was made to end it'),
      minWidth: 140,
    },
    {
      id: 'since',
      header: 'Since',
      cell: ({ incident }) => <Moment at={incident.startedAt} zone={zone} />,
      minWidth: 110,
    },
    {
      id: 'act',
      header: 'Action',
      cell: (link) =>
        link.incident.resolvedAt === null ? (
          <ActionButton permission="DECLARE_INCIDENT" variant="inline-link" onClick={() => resolve(link)}>
            Resolve
          </ActionButton>
        ) : (
          <>
            {link.incident.resolvedBy}, <Moment at={link.incident.resolvedAt} zone={zone} />
          </>
        ),
      minWidth: 130,
    },
  ];
}

/** The incidents that it caused, or was made to end. */
export function Incidents({
  deployment,
  onChanged,
}: {
  deployment: DeploymentDetails;
  onChanged: () => void;
}) {
  const links = deployment.incidentLinks.nodes;
  const [linking, setLinking] = useState(false);
  const [resolving, setResolving] = useState<Link>();
  return (
    <>
      <Table
        variant="container"
        items={links}
        trackBy="id"
        wrapLines
        enableKeyboardNavigation
        header={
          <Header
            variant="h2"
            counter={`(${links.length})`}
            actions={
              <ActionButton permission="DECLARE_INCIDENT" onClick={() => setLinking(true)}>
                Link to an incident
              </ActionButton>
            }
          >
            Incidents
          </Header>
        }
        empty={
          <Box color="text-body-secondary">
            Nobody has said that customers noticed anything. If they did, declare an incident: it is what
            recovery is measured from.
          </Box>
        }
        columnDefinitions={columns(deployment.environment.region.timeZone, setResolving)}
      />
      {linking && (
        <LinkDialog deployment={deployment} onDismiss={() => setLinking(false)} onDone={onChanged} />
      )}
      {resolving && (
        <ResolveDialog
          incident={resolving.incident}
          onDismiss={() => setResolving(undefined)}
          onDone={onChanged}
        />
      )}
    </>
  );
}
