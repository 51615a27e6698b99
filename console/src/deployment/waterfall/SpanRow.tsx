import { ROW_HEIGHT } from './Chart';
import { offset } from './scale';
import { STATE_WORDS } from './spans';
import type { Row } from './tree';

interface Props {
  row: Row;
  id: string;
  /** Its place among all rows, from 0. */
  index: number;
  isActive: boolean;
  isChosen: boolean;
  /** How long after the beginning it began. */
  since: string;
  now: number;
  onChoose: (id: string) => void;
  onToggle: (id: string, open: boolean) => void;
}

/** A span's row: its name, and in words what its bar shows. Its keys are those of the grid around it. */
export function SpanRow({ row, id, index, isActive, isChosen, since, now, onChoose, onToggle }: Props) {
  const { span, level, place, siblings, children, open } = row;
  const [sign, word] = STATE_WORDS[span.state];
  const lasted = offset((span.to ?? now) - span.from);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      className="waterfall-row"
      role="row"
      id={id}
      style={{ top: index * ROW_HEIGHT }}
      aria-rowindex={index + 2}
      aria-level={level}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-expanded={children > 0 ? open : undefined}
      aria-selected={isChosen}
      data-active={isActive}
      data-state={span.state}
      onClick={() => onChoose(span.id)}
    >
      <span className="waterfall-name" role="rowheader" style={{ paddingInlineStart: (level - 1) * 14 }}>
        {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
        <span
          className="waterfall-toggle"
          aria-hidden="true"
          onClick={(event) => {
            if (children === 0) return;
            event.stopPropagation();
            onToggle(span.id, !open);
          }}
        >
          {children > 0 ? (open ? '▾' : '▸') : ''}
        </span>
        <span className={`waterfall-sign bar-${span.state}`} aria-hidden="true">
          {sign}
        </span>
        <span title={span.name}>{span.name}</span>
      </span>
      <span role="gridcell">
        <span className="only-spoken">{`${word}, from ${since}, for ${lasted}`}</span>
      </span>
    </div>
  );
}
