import './list.css';

import { memo, useMemo } from 'react';
import { Link } from 'react-router';

import { STANDINGS } from './cells';
import type { Column } from './columns';
import type { FleetRow } from './fleetState';
import { Glyph } from './Glyph';
import type { Line } from './lines';
import { type StageSummary, stagesOf } from './stages';

function sayStanding({ standing, count, environments }: StageSummary): string {
  if (standing === 'resting') return '';
  const words = STANDINGS[standing].toLowerCase();
  return environments === 1 ? words : `${count} of ${environments} ${words}`;
}

function Stage({ summary }: { summary: StageSummary }) {
  const { stage, production, standing, behind, there } = summary;
  return (
    <li className="fleet-stage">
      <Glyph standing={standing} />
      <span className={production ? 'fleet-stage-name production' : 'fleet-stage-name'}>{stage}</span>
      <span className="fleet-commit">{there}</span>
      <span className="fleet-what">{sayStanding(summary)}</span>
      <span className="fleet-behind">{behind > 0 && `${behind} behind`}</span>
    </li>
  );
}

const Service = memo(function Service({ row, columns }: { row: FleetRow; columns: readonly Column[] }) {
  const stages = useMemo(() => stagesOf(row, columns), [row, columns]);
  return (
    <li className="fleet-service">
      <Link to={`/pipelines/${encodeURIComponent(row.service)}`}>{row.service}</Link>
      <ul aria-label={`Stages of ${row.service}`}>
        {stages.map((summary) => (
          <Stage key={summary.stage} summary={summary} />
        ))}
      </ul>
      {stages.length === 0 && <span className="fleet-about">Not placed in what is shown</span>}
    </li>
  );
});

/** The fleet on a phone: services one below the other, stage by stage. */
export function FleetList({ lines, columns }: { lines: readonly Line[]; columns: readonly Column[] }) {
  return (
    <ul className="fleet-list" aria-label="Services">
      {lines.map((line) =>
        line.kind === 'group' ? (
          <li key={`group ${line.name}`} className="fleet-list-group">
            {line.name}
          </li>
        ) : (
          <Service key={line.service} row={line.row} columns={columns} />
        ),
      )}
    </ul>
  );
}
