import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { Link } from 'react-router';

import { fieldDifference } from './difference';
import { Differences } from './Difference';
import {
  type ConfiguringError,
  dangersOf,
  type Impact,
  type PipelineImpact,
  sentencesOf,
  summaryOf,
  timeSaid,
} from './impact';
import { entityHref, kindInfo } from './kinds';

const DONE: Record<string, string> = { REGISTER: 'Registered', UPDATE: 'Changed', ARCHIVE: 'Archived' };
const OPEN_AT_MOST = 4;

/** An entity that a change touches, as it is called, with a link to it. */
export function EntityLink({ kind, name }: { kind: string; name: string }) {
  return (
    <>
      {kindInfo(kind)?.one ?? kind} <Link to={entityHref(kind, name)}>{name}</Link>
    </>
  );
}

interface ErrorsProps {
  errors: readonly ConfiguringError[];
  /** Where in a file an error is; nothing where it is in no file. */
  placeOf?: ((path: readonly string[]) => string | undefined) | undefined;
}

/** Why the change would be refused, each with what to do. */
export function Errors({ errors, placeOf }: ErrorsProps) {
  if (errors.length === 0) return null;
  const header = errors.length === 1 ? 'This would be refused' : `${errors.length} things would be refused`;
  return (
    <Alert type="error" header={header}>
      <ul className="refusals">
        {errors.map((error) => {
          const place = placeOf?.(error.path);
          return (
            <li key={`${error.path.join('.')}/${error.code}/${error.message}`}>
              {place !== undefined && <strong>{place}: </strong>}
              {error.message} {error.remedy}
              {'suggestions' in error && error.suggestions.length > 0 && (
                <> Did you mean {error.suggestions.join(', ')}?</>
              )}
              {'usedBy' in error && <> Used by {error.usedBy.join(', ')}.</>}
            </li>
          );
        })}
      </ul>
    </Alert>
  );
}

function Warnings({ warnings, lowered }: Pick<Impact, 'warnings' | 'lowered'>) {
  return (
    <>
      {lowered.length > 0 && (
        <Alert type="warning" header="Safety would be lowered">
          <ul className="refusals">
            {lowered.map(({ service, rule, missing, remedy, waiver }) => (
              <li key={`${service}/${rule}`}>
                <strong>
                  {service}: {rule}.
                </strong>{' '}
                {missing}. {waiver === null ? remedy : `The waiver ${waiver} allows it.`}
              </li>
            ))}
          </ul>
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert type="warning" header="Allowed, and seldom wanted">
          <ul className="refusals">
            {warnings.map(({ code, message, remedy, path }) => (
              <li key={`${code}/${path.join('/')}`}>
                {message} {remedy}
              </li>
            ))}
          </ul>
        </Alert>
      )}
    </>
  );
}

function Pipeline({ impact }: { impact: PipelineImpact }) {
  return (
    <li>
      <Box variant="strong">{impact.service}</Box>
      <div>To the last Region: {timeSaid(impact)}</div>
      {sentencesOf(impact).map((sentence) => (
        <div key={sentence}>{sentence}</div>
      ))}
      {dangersOf(impact).map((sentence) => (
        <div key={sentence}>
          <StatusIndicator type="warning" wrapText>
            {sentence}
          </StatusIndicator>
        </div>
      ))}
    </li>
  );
}

/** What a change would do, as the service says it: to entities, to pipelines, and what speaks against it. */
export function ImpactView({ impact, placeOf }: { impact: Impact; placeOf?: ErrorsProps['placeOf'] }) {
  const { entries, pipelines, errors } = impact;
  return (
    <SpaceBetween size="m">
      <Errors errors={errors} placeOf={placeOf} />
      <Warnings warnings={impact.warnings} lowered={impact.lowered} />
      {entries.length > 0 && <Box>{summaryOf(impact)}</Box>}
      {entries.map(({ operation, kind, name, fields }) => (
        <ExpandableSection
          key={`${kind}/${name}`}
          defaultExpanded={entries.length <= OPEN_AT_MOST}
          headingTagOverride="h3"
          headerText={`${DONE[operation] ?? operation}: ${kindInfo(kind)?.one ?? kind} ${name}`}
        >
          {operation === 'ARCHIVE' ? (
            <Box color="text-body-secondary">
              It leaves the fleet. What happened with it stays in its history.
            </Box>
          ) : (
            <Differences
              label={`What differs in ${name}`}
              items={fields
                .filter(({ before, after }) => before !== null || after !== null)
                .map(({ field, before, after }) => fieldDifference(field, before, after))}
            />
          )}
        </ExpandableSection>
      ))}
      {pipelines.length > 0 && (
        <div>
          <Box variant="h3">Pipelines</Box>
          <ul className="pipelines-touched">
            {pipelines.map((each) => (
              <Pipeline key={each.service} impact={each} />
            ))}
          </ul>
        </div>
      )}
    </SpaceBetween>
  );
}
