import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useMemo, useState } from 'react';

import type { Live } from '../graph/useLive';
import { ActionButton } from '../parts/ActionButton';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { RouteLink } from '../parts/RouteLink';
import { CreateDialog } from './CreateDialog';
import type { PlaceFragment, PlacesQuery } from './EnvironmentsView.generated';
import { DeleteDialog, ExtendDialog } from './TestDialogs';
import { extensionsLeft, type Limits } from './testing';
import { TargetContext } from '../app/viewer';

interface Props {
  own: readonly PlaceFragment[];
  shared: readonly PlaceFragment[];
  live: Live<PlacesQuery>;
}

type Open = { kind: 'create' } | { kind: 'extend' | 'delete'; place: PlaceFragment } | undefined;

/** The end of a test environment: it counts down, until it is being cleaned. */
export function End({ place }: { place: PlaceFragment }) {
  if (place.cleaningAt) {
    return (
      <StatusIndicator type="in-progress">
        Being deleted since <Moment at={place.cleaningAt} />
      </StatusIndicator>
    );
  }
  return <Moment at={place.expiresAt} zone={place.region.timeZone} />;
}

/** The buttons of one test environment. */
export function TestActions({
  place,
  limits,
  open,
}: {
  place: PlaceFragment;
  limits: Limits | null | undefined;
  open: (kind: 'extend' | 'delete') => void;
}) {
  const left = extensionsLeft(place, limits);
  const ending = place.cleaningAt !== null;
  return (
    <TargetContext value={{ environment: place.name }}>
      <SpaceBetween direction="horizontal" size="xs">
        <ActionButton
          permission="MANAGE_TEST_ENVIRONMENTS"
          variant="inline-link"
          ariaLabel={`Extend ${place.name}`}
          disabled={ending || left === 0}
          disabledReason={ending ? 'It is being deleted.' : 'Its end was put off as often as is allowed.'}
          onClick={() => open('extend')}
        >
          Extend
        </ActionButton>
        <ActionButton
          permission="MANAGE_TEST_ENVIRONMENTS"
          variant="inline-link"
          ariaLabel={`Delete ${place.name}`}
          disabled={ending}
          disabledReason="It is being deleted."
          onClick={() => open('delete')}
        >
          Delete
        </ActionButton>
      </SpaceBetween>
    </TargetContext>
  );
}

function columns(
  limits: Limits | null | undefined,
  open: (open: Open) => void,
): TableProps.ColumnDefinition<PlaceFragment>[] {
  return [
    {
      id: 'name',
      header: 'Environment',
      isRowHeader: true,
      minWidth: 160,
      cell: ({ name }) => <RouteLink to={`/environments/${encodeURIComponent(name)}`}>{name}</RouteLink>,
    },
    {
      id: 'owner',
      header: 'Owner',
      minWidth: 110,
      cell: ({ owner, team }) => [owner, team?.name].filter(Boolean).join(', ') || '–',
    },
    { id: 'purpose', header: 'Purpose', minWidth: 150, cell: ({ purpose }) => purpose ?? '–' },
    { id: 'end', header: 'Ends', minWidth: 130, cell: (place) => <End place={place} /> },
    {
      id: 'extensions',
      header: 'Put off',
      minWidth: 105,
      cell: ({ extensions }) =>
        limits ? `${extensions} of ${limits.testEnvironmentExtensions} times` : `${extensions} times`,
    },
    {
      id: 'where',
      header: 'Stage, account and Region',
      minWidth: 160,
      cell: ({ wave, account, region }) => `${wave.stage.name}, ${account.name}, ${region.name}`,
    },
    {
      id: 'actions',
      header: 'Actions',
      minWidth: 140,
      cell: (place) => <TestActions place={place} limits={limits} open={(kind) => open({ kind, place })} />,
    },
  ];
}

/** Developers' own environments, those that end first above. */
export function TestEnvironments({ own, shared, live }: Props) {
  const [open, setOpen] = useState<Open>();
  const limits = live.data?.organisation;
  const definitions = useMemo(() => columns(limits, setOpen), [limits]);
  const ending = [...own].sort((a, b) => (a.expiresAt ?? '').localeCompare(b.expiresAt ?? ''));
  const close = (): void => setOpen(undefined);
  const done = (): void => {
    close();
    live.refresh();
  };
  const create = (
    <ActionButton
      permission="MANAGE_TEST_ENVIRONMENTS"
      variant="primary"
      onClick={() => setOpen({ kind: 'create' })}
    >
      Create a test environment
    </ActionButton>
  );
  return (
    <>
      <Table
        items={ending}
        trackBy="name"
        columnDefinitions={definitions}
        loading={live.loading}
        loadingText="Asking for test environments"
        ariaLabels={{ tableLabel: 'Test environments' }}
        header={
          <Header
            variant="h2"
            counter={live.data ? `(${own.length})` : ''}
            actions={create}
            description={
              limits
                ? `${limits.testEnvironmentsPerOwner} for a person and ${limits.testEnvironmentsPerTeam} for a team, ` +
                  `${limits.testEnvironmentDays} days each.`
                : undefined
            }
          >
            Test environments
          </Header>
        }
        empty={
          <Empty title="There is no test environment">
            A test environment is an account and Region of a stage outside production that is yours for some
            days. Deploy to it with the tag interlock:environment=its-name: at its end all of that is deleted.
          </Empty>
        }
      />
      {open?.kind === 'create' && (
        <CreateDialog
          shared={shared}
          teams={live.data?.teams.nodes.map(({ name }) => name) ?? []}
          limits={limits}
          onDismiss={close}
          onDone={done}
        />
      )}
      {open?.kind === 'extend' && (
        <ExtendDialog place={open.place} limits={limits} onDismiss={close} onDone={done} />
      )}
      {open?.kind === 'delete' && <DeleteDialog place={open.place} onDismiss={close} onDone={done} />}
    </>
  );
}
