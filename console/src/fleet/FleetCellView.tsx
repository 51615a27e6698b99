import { memo, useState } from 'react';

import { addressOf, STANDINGS, textOf } from './cells';
import { type FleetCell, MARKED } from './fleetState';
import { Glyph } from './Glyph';

interface Props {
  service: string;
  environment: string;
  /** Nothing where the service is not placed. */
  cell: FleetCell | undefined;
  /** Index of the column, from 0. */
  index: number;
  left: number;
  width: number;
  now: number;
  /** Whether Tab leads here. */
  entry: boolean;
  changedAt: number | undefined;
}

/** Marks a change for a few seconds. One that comes into sight later begins where it would be by then. */
function Mark({ since }: { since: number }) {
  const [passed] = useState(() => performance.now() - since);
  if (passed >= MARKED) return null;
  return <span className="fleet-mark" style={{ animationDelay: `-${passed}ms` }} />;
}

function Placed({ service, cell, now, entry, changedAt }: Props & { cell: FleetCell }) {
  const text = textOf(service, cell, now);
  return (
    <a
      href={addressOf(service, cell)}
      className={`fleet-link ${text.standing}`}
      tabIndex={entry ? 0 : -1}
      title={text.sentence}
      data-line={service}
      data-column={cell.environment}
    >
      {changedAt !== undefined && <Mark key={changedAt} since={changedAt} />}
      <span className="fleet-unseen">
        {service} in {cell.environment}, {STANDINGS[text.standing].toLowerCase()}
      </span>
      <span className="fleet-first">
        <Glyph standing={text.standing} />
        {text.commit === '' ? (
          <span className="fleet-tag">not deployed yet</span>
        ) : (
          <span className="fleet-commit">{text.commit}</span>
        )}
        <span className="fleet-tag">{text.tag}</span>
      </span>
      <span className="fleet-second">
        <span className="fleet-what">{text.line}</span>
        <span className="fleet-behind">{text.behind.replace(/ commits?/, '')}</span>
      </span>
    </a>
  );
}

/** Where a service is not placed: nothing to see, and said. */
function Unplaced({ service, environment, index, left, width, entry }: Props) {
  return (
    <div
      role="gridcell"
      aria-colindex={index + 2}
      aria-label={`${service} is not placed in ${environment}`}
      tabIndex={entry ? 0 : -1}
      className="fleet-cell fleet-none"
      style={{ left, width }}
      data-line={service}
      data-column={environment}
    />
  );
}

/** A service in an environment: what is there, what goes on, how old it is and how far behind. */
export const FleetCellView = memo(function FleetCellView(props: Props) {
  const { cell, index, left, width } = props;
  if (cell === undefined) return <Unplaced {...props} />;
  return (
    <div role="gridcell" aria-colindex={index + 2} className="fleet-cell" style={{ left, width }}>
      <Placed {...props} cell={cell} />
    </div>
  );
});
