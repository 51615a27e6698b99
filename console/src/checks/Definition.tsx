import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { addresses } from '../deployment/addresses';
import { Go } from '../deployment/Go';
import { Moment } from '../parts/Moment';
import type { CheckPageQuery } from './checks.generated';
import { guardedBy, meantFor, requiredIn } from './guards';
import type { Statistics } from './statistics';
import { percent } from './statistics';
import { kindOf, seconds, shadowVerdict } from './words';

type Check = NonNullable<CheckPageQuery['check']>;
type Services = CheckPageQuery['services']['nodes'];

/** What it is configured to do, and where. */
export function Definition({ check }: { check: Check }) {
  const { kind, when, mode, timeoutMinutes, retries, failureLimit, configuration } = check;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={<Go to={`/admin/check/${encodeURIComponent(check.name)}`}>Change it</Go>}
        >
          Definition
        </Header>
      }
    >
      <SpaceBetween size="m">
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Kind', value: kindOf(kind) },
            { label: 'Required', value: `${when === 'BEFORE' ? 'before' : 'after'} ${requiredIn(check)}` },
            { label: 'For', value: meantFor(check) },
            {
              label: 'Mode',
              value: mode === 'BLOCKING' ? 'Blocking: a failure stops the wave' : 'Shadow: never blocks',
            },
            { label: 'Time limit', value: `${timeoutMinutes} min` },
            {
              label: 'Tried again',
              value: retries === 0 ? 'never' : `up to ${retries} times, without a verdict`,
            },
            {
              label: 'May fail',
              value: failureLimit === 0 ? 'no environment' : `${failureLimit} environments`,
            },
          ]}
        />
        <div>
          <Box variant="awsui-key-label">Configuration</Box>
          <pre className="configuration">{JSON.stringify(configuration, null, 2)}</pre>
        </div>
      </SpaceBetween>
    </Container>
  );
}

/** What it has come to in shadow; nothing for a check that never was. */
export function ShadowVerdict({ check: { mode, shadow } }: { check: Check }) {
  if (mode === 'BLOCKING' && shadow.runs === 0) return null;
  return (
    <Alert
      type={shadow.wouldHaveBlocked > 0 ? 'warning' : 'info'}
      header={mode === 'SHADOW' ? 'It is observed, and blocks nobody' : 'It was observed before it blocked'}
    >
      {shadowVerdict(shadow)}{' '}
      {shadow.since !== null && (
        <>
          First run <Moment at={shadow.since} />.{' '}
        </>
      )}
      {mode === 'SHADOW' &&
        'Make it blocking when it has held back what it should, and contradicts itself on nothing.'}
    </Alert>
  );
}

/** Numbers of its runs. */
export function Numbers({ statistics, of }: { statistics: Statistics; of: string }) {
  const { runs, passed, failed, errored, flakeRate, medianSeconds, p95Seconds } = statistics;
  return (
    <SpaceBetween size="xs">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Outcomes', value: runs },
          { label: 'Passed', value: passed },
          { label: 'Failed', value: failed },
          { label: 'Without a verdict', value: errored },
          { label: 'Median', value: seconds(medianSeconds) },
          { label: '95 % within', value: seconds(p95Seconds) },
          { label: 'Flaky', value: percent(flakeRate) },
        ]}
      />
      <Box variant="small" color="text-body-secondary">
        {of} Flaky: the share of revisions, looked at several times on one subject, on which outcomes differ.
      </Box>
    </SpaceBetween>
  );
}

/** The services that it guards. */
export function Guards({ check, services }: { check: Check; services: Services }) {
  const guarded = guardedBy(check, services);
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${guarded.length})`}>
          Services that it guards
        </Header>
      }
    >
      {guarded.length === 0 ? (
        <Box color="text-body-secondary">
          No service that it is for ({meantFor(check)}) passes {requiredIn(check)}: place one there, or change
          whom the check is for.
        </Box>
      ) : (
        <SpaceBetween direction="horizontal" size="m">
          {guarded.map(({ name }) => (
            <Go key={name} to={addresses.pipeline(name)}>
              {name}
            </Go>
          ))}
        </SpaceBetween>
      )}
    </Container>
  );
}
