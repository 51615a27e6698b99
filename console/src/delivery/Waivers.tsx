import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useMemo, useState } from 'react';

import { useNow } from '../graph/service';
import { useLive } from '../graph/useLive';
import { ActionButton } from '../parts/ActionButton';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Trouble } from '../parts/Trouble';
import { inForce, ruleName, scopeOf, touchesSafety, type Waiver } from './safety';
import { WaiversDocument } from './Safety.generated';
import { ConfirmDialog, RevokeDialog } from './WaiverDialogs';

function columns(
  revoke: (waiver: Waiver) => void,
  confirm: (waiver: Waiver) => void,
): TableProps.ColumnDefinition<Waiver>[] {
  return [
    { id: 'name', header: 'Waiver', isRowHeader: true, minWidth: 100, cell: ({ name }) => name },
    { id: 'rule', header: 'Rule', minWidth: 150, cell: ({ rule }) => ruleName(rule) },
    { id: 'scope', header: 'Of', minWidth: 130, cell: (waiver) => scopeOf(waiver) },
    { id: 'ends', header: 'Ends', minWidth: 110, cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
    { id: 'by', header: 'Granted by', minWidth: 120, cell: ({ grantedBy }) => grantedBy },
    { id: 'reason', header: 'Reason', minWidth: 220, cell: ({ reason }) => reason },
    {
      id: 'confirm',
      header: 'Second person',
      minWidth: 120,
      cell: (waiver) =>
        waiver.waitsForSecondPerson ? (
          <ActionButton
            permission="GRANT_WAIVER"
            variant="inline-link"
            ariaLabel={`Confirm ${waiver.name}`}
            onClick={() => confirm(waiver)}
          >
            Confirm: it has no effect yet
          </ActionButton>
        ) : (
          (waiver.confirmedBy ?? 'not needed')
        ),
    },
    {
      id: 'actions',
      header: 'Actions',
      minWidth: 100,
      cell: (waiver) => (
        <ActionButton
          permission="GRANT_WAIVER"
          variant="inline-link"
          ariaLabel={`Revoke ${waiver.name}`}
          onClick={() => revoke(waiver)}
        >
          Revoke
        </ActionButton>
      ),
    },
  ];
}

/** The waivers that are in force, the next to end first. */
export function Waivers() {
  const [revoking, setRevoking] = useState<Waiver>();
  const [confirming, setConfirming] = useState<Waiver>();
  const now = useNow(5_000);
  const { data, problem, loading, refresh } = useLive(WaiversDocument, {}, { touches: touchesSafety });
  const definitions = useMemo(() => columns(setRevoking, setConfirming), []);
  const waivers = inForce(data?.waivers.nodes ?? [], now);
  return (
    <div>
      <Trouble problem={problem} onRetry={refresh} />
      <Table
        items={waivers}
        trackBy="name"
        columnDefinitions={definitions}
        wrapLines
        loading={loading}
        loadingText="Asking for waivers"
        ariaLabels={{ tableLabel: 'Waivers in force' }}
        header={
          <Header variant="h2" counter={data ? `(${waivers.length})` : ''}>
            Waivers in force
          </Header>
        }
        empty={
          <Empty title="No rule is waived">
            A waiver allows one rule to be missing for a while, with a reason and an end. Choose a service
            above to grant one.
          </Empty>
        }
      />
      {confirming && (
        <ConfirmDialog
          waiver={confirming}
          onDismiss={() => setConfirming(undefined)}
          onDone={() => {
            setConfirming(undefined);
            refresh();
          }}
        />
      )}
      {revoking && (
        <RevokeDialog
          waiver={revoking}
          onDismiss={() => setRevoking(undefined)}
          onDone={() => {
            setRevoking(undefined);
            refresh();
          }}
        />
      )}
    </div>
  );
}
