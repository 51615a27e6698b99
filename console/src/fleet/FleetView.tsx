import './fleet.css';

import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { print } from 'graphql';
import { useMemo } from 'react';

import { ViewHeader } from '../app/ViewHeader';
import type { LoggedEvent } from '../graph/live';
import { useLive } from '../graph/useLive';
import { Trouble } from '../parts/Trouble';
import { choicesOf, type Column, inOrder } from './columns';
import { FleetDocument, PlacesDocument } from './fleet.generated';
import { FleetFilters } from './FleetFilters';
import { FleetGrid } from './FleetGrid';
import { FleetList } from './FleetList';
import { cleared, columnsShown, countsOf, NO_TEAM, rowsShown } from './filters';
import type { FleetRow } from './fleetState';
import { linesOf } from './lines';
import { NoMatch, NothingYet, WhatIsHidden } from './Hidden';
import { SavedViews } from './SavedViews';
import { Summary } from './Summary';
import { TOKENS } from './tokens';
import { useFilters } from './useFilters';
import { useFleet } from './useFleet';
import { useNarrow } from './useNarrow';

const EQUIVALENT = { command: 'interlock status', document: print(FleetDocument) };

const OF_PLACES = /^(environment|wave|stage|account|region)\.(registered|updated|archived)$/;

function touchesPlaces({ type }: LoggedEvent): boolean {
  return OF_PLACES.test(type);
}

interface FieldProps {
  rows: readonly FleetRow[];
  columns: readonly Column[];
  changed: ReadonlyMap<string, number>;
}

/** What is chosen of the fleet, with the choices above it. */
function Field({ rows, columns, changed }: FieldProps) {
  const [filters, setFilters] = useFilters();
  const narrow = useNarrow();
  const teams = useMemo(() => [...new Set(rows.map(({ team }) => team ?? NO_TEAM))].sort(), [rows]);
  const choices = useMemo(() => choicesOf(columns), [columns]);
  const shownColumns = useMemo(() => columnsShown(columns, filters), [columns, filters]);
  const shownRows = useMemo(() => rowsShown(rows, shownColumns, filters), [rows, shownColumns, filters]);
  const lines = useMemo(() => linesOf(shownRows, filters.group), [shownRows, filters.group]);
  const counts = useMemo(() => {
    const whole = { ...filters, status: [], behind: false, failing: false };
    return countsOf(rowsShown(rows, shownColumns, whole), shownColumns);
  }, [rows, shownColumns, filters]);
  const clear = (): void => setFilters(cleared(filters));
  const choosing = <FleetFilters filters={filters} setFilters={setFilters} teams={teams} choices={choices} />;
  return (
    <div className="fleet" style={TOKENS}>
      <Summary counts={counts} filters={filters} setFilters={setFilters} />
      {narrow ? <ExpandableSection headerText="Filters">{choosing}</ExpandableSection> : choosing}
      <WhatIsHidden
        services={[shownRows.length, rows.length]}
        environments={[shownColumns.length, columns.length]}
        onClear={clear}
      />
      {shownRows.length === 0 || shownColumns.length === 0 ? (
        <NoMatch onClear={clear} />
      ) : narrow ? (
        <FleetList lines={lines} columns={shownColumns} />
      ) : (
        <FleetGrid lines={lines} columns={shownColumns} changed={changed} />
      )}
    </div>
  );
}

/** The fleet: which revision of each service is in each environment, and what goes on there. */
export default function FleetView() {
  const fleet = useFleet();
  const places = useLive(PlacesDocument, {}, { touches: touchesPlaces });
  const environments = places.data?.environments;
  const columns = useMemo(() => environments && inOrder(environments.nodes), [environments]);
  const rows = useMemo(() => fleet.rows && [...fleet.rows.values()], [fleet.rows]);
  const problem = fleet.problem ?? places.problem;
  const retry = (): void => {
    fleet.refresh();
    places.refresh();
  };
  return (
    <SpaceBetween size="s">
      <ViewHeader title="Fleet" equivalent={EQUIVALENT} actions={<SavedViews />} />
      <Trouble problem={problem} onRetry={retry} />
      {environments !== undefined && environments.totalCount > environments.nodes.length && (
        <StatusIndicator type="warning">
          The first {environments.nodes.length} of {environments.totalCount} environments are shown.
        </StatusIndicator>
      )}
      {rows !== undefined && columns !== undefined ? (
        rows.length === 0 || columns.length === 0 ? (
          <NothingYet services={rows.length} />
        ) : (
          <Field rows={rows} columns={columns} changed={fleet.changed} />
        )
      ) : (
        problem === undefined && (
          <div className="view-loading">
            <StatusIndicator type="loading">Asking for the fleet</StatusIndicator>
          </div>
        )
      )}
    </SpaceBetween>
  );
}
