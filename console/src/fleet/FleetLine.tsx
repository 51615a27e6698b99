import type { VirtualItem } from '@tanstack/react-virtual';
import { memo, useMemo } from 'react';

import type { Column } from './columns';
import { FleetCellView } from './FleetCellView';
import { cellKey, type FleetRow } from './fleetState';
import { HEAD } from './focus';
import type { Line } from './lines';

interface Common {
  /** aria-rowindex: from 1, headers included. */
  position: number;
  top: number;
  height: number;
}

interface ServiceProps extends Common {
  row: FleetRow;
  about: string;
  columns: readonly Column[];
  items: readonly VirtualItem[];
  first: number;
  now: number;
  changed: ReadonlyMap<string, number>;
  /** The column that Tab leads to, when it is in this line. */
  entry: string | undefined;
}

const ServiceLine = memo(function ServiceLine(props: ServiceProps) {
  const { row, about, columns, items, first, position, top, height, now, changed, entry } = props;
  const { service } = row;
  const cells = useMemo(() => new Map(row.cells.map((cell) => [cell.environment, cell])), [row]);
  return (
    <div role="row" aria-rowindex={position} className="fleet-row" style={{ top, height }}>
      <div role="rowheader" aria-colindex={1} className="fleet-name" style={{ width: first }}>
        <a
          href={`/pipelines/${encodeURIComponent(service)}`}
          tabIndex={entry === HEAD ? 0 : -1}
          title={service}
          data-line={service}
          data-column={HEAD}
        >
          {service}
        </a>
        <span className="fleet-about">{about}</span>
      </div>
      {items.map(({ index, start, size }) => {
        const environment = columns[index]!.name;
        return (
          <FleetCellView
            key={environment}
            service={service}
            environment={environment}
            cell={cells.get(environment)}
            index={index}
            left={start}
            width={size}
            now={now}
            entry={entry === environment}
            changedAt={changed.get(cellKey(service, environment))}
          />
        );
      })}
    </div>
  );
});

function GroupLine({ name, services, position, top, height }: Common & { name: string; services: number }) {
  return (
    <div role="row" aria-rowindex={position} className="fleet-row fleet-group" style={{ top, height }}>
      <div role="rowheader" aria-colindex={1}>
        {name}
        <span className="fleet-about">{services === 1 ? '1 service' : `${services} services`}</span>
      </div>
    </div>
  );
}

/** A line of the matrix. */
export function FleetLine({ line, ...props }: { line: Line } & Omit<ServiceProps, 'row' | 'about'>) {
  const { position, top, height } = props;
  if (line.kind === 'service') return <ServiceLine row={line.row} about={line.about} {...props} />;
  return (
    <GroupLine name={line.name} services={line.services} position={position} top={top} height={height} />
  );
}
