import { memo } from 'react';

import { useNow } from '../graph/service';
import { Status } from '../parts/Status';
import type { Step } from './course';
import { progressOf } from './steps';
import { environmentSaid, glyphOf, otherSaid, stateName, statusOf } from './looks';
import { bakeOf, bakeShare, linesOf } from './timers';

const MOST_DOTS = 18;

interface Props {
  step: Step;
  selected: boolean;
  /** When what holds it back is expected to clear. */
  clearsAt: string | null;
  onSelect: (id: string) => void;
}

function Dots({ step }: { step: Step }) {
  const shown = step.environments.slice(0, MOST_DOTS);
  const hidden = step.environments.length - shown.length;
  if (shown.length === 0) return null;
  return (
    <ul className="dots" aria-label={`Environments of ${step.title}`}>
      {shown.map((environment) => {
        const said = environmentSaid(environment);
        return (
          <li key={environment.name}>
            <span className="dot" data-status={environment.status} role="img" aria-label={said} title={said}>
              {glyphOf(environment.status)}
            </span>
          </li>
        );
      })}
      {hidden > 0 && <li>+{hidden}</li>}
    </ul>
  );
}

function Bar({ step, now }: { step: Step; now: number }) {
  const { done, total } = progressOf(step);
  const baking = step.bake?.status === 'RUNNING' ? bakeShare(step.bake, bakeOf(step.bake), now) : null;
  const share = baking ?? (step.state === 'DEPLOYING' && total > 0 ? done / total : null);
  return (
    <span className="bar" aria-hidden="true">
      {share !== null && <span style={{ inlineSize: `${Math.round(share * 100)}%` }} />}
    </span>
  );
}

function Others({ step }: { step: Step }) {
  const [first, ...more] = step.others;
  if (first === undefined) {
    // what passed here before is news only where this execution has not
    const there = step.state === 'PASSED' ? null : step.there?.revision;
    return <span className="others">{there ? `last passed: ${there.slice(0, 8)}` : ''}</span>;
  }
  const said = step.others.map(otherSaid).join('; ');
  return (
    <span className="others other" title={said}>
      {otherSaid(first)}
      {more.length > 0 && `, and ${more.length} more`}
    </span>
  );
}

/** A step of the pipeline: its state, what is left of it, its environments, and who else is there. */
export const StepCard = memo(function StepCard({ step, selected, clearsAt, onSelect }: Props) {
  const now = useNow(1_000);
  const lines = linesOf(step, now, clearsAt);
  return (
    <div className="step" data-state={step.state} data-selected={selected}>
      <button
        type="button"
        className="step-title"
        aria-pressed={selected}
        aria-describedby={`step-${step.id}`}
        onClick={() => onSelect(step.id)}
      >
        {step.title}
      </button>
      <div id={`step-${step.id}`} className="step-said">
        <Status status={statusOf(step.state)}>{stateName(step)}</Status>
        <span className="lines">
          {lines.slice(0, 2).map((line) => (
            <span key={line}>{line}</span>
          ))}
        </span>
        <Others step={step} />
      </div>
      <Bar step={step} now={now} />
      <Dots step={step} />
    </div>
  );
});
