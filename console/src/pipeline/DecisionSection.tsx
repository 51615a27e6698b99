import Box from '@cloudscape-design/components/box';
import { useCallback, useEffect, useState } from 'react';

import { Moment } from '../parts/Moment';
import { Trouble } from '../parts/Trouble';
import { type BlockerKind, decisionSaid, mergedBlockers, type Why } from './blockers';
import { BlockersTable } from './BlockersTable';
import { Section } from './Section';
import { capital } from '../parts/capital';
import { useWhy } from './usePipeline';

const MOST = 12;

interface AskedProps {
  service: string;
  environment: string;
  onSaid: (environment: string, why: Why) => void;
}

/** Asks for one environment, and says what was answered; it shows only why it cannot. */
function Asked({ service, environment, onSaid }: AskedProps) {
  const { data, problem, refresh } = useWhy(service, environment);
  const why = data?.why;
  useEffect(() => {
    if (why !== undefined && 'sentence' in why) onSaid(environment, why);
  }, [environment, why, onSaid]);
  if (problem !== undefined) return <Trouble problem={problem} onRetry={refresh} />;
  if (why === undefined || 'sentence' in why) return null;
  return (
    <Box>
      {why.message} {why.remedy}
    </Box>
  );
}

interface Props {
  service: string;
  /** The environments of the wave that the revision has not reached. */
  environments: readonly string[];
  onOverride: (kind: BlockerKind, environments: string[]) => void;
}

/** What holds the next revision back from a wave: every blocker of every environment, decided now. */
export function DecisionSection({ service, environments, onOverride }: Props) {
  const [said, setSaid] = useState<ReadonlyMap<string, Why>>(new Map());
  const onSaid = useCallback(
    (environment: string, why: Why) => setSaid((before) => new Map(before).set(environment, why)),
    [],
  );
  const asked = environments.slice(0, MOST);
  const whys = asked.flatMap((environment) => said.get(environment) ?? []);
  const blockers = mergedBlockers(whys);
  const decision =
    whys.find((each) => each.decision === 'STOP') ?? whys.find((each) => each.decision !== null);
  return (
    <Section title="Decision">
      {asked.map((environment) => (
        <Asked key={environment} service={service} environment={environment} onSaid={onSaid} />
      ))}
      <Box>
        {decisionSaid(decision?.decision ?? null) ?? (whys[0] ? capital(whys[0].sentence) : 'Being decided.')}{' '}
        {decision?.askedAt && (
          <>
            Its pipeline asked <Moment at={decision.askedAt} />.
          </>
        )}
      </Box>
      {blockers.length > 0 && (
        <BlockersTable blockers={blockers} asked={asked.length} onOverride={onOverride} />
      )}
      {environments.length > MOST && (
        <Box variant="small">
          Of the first {MOST} of its {environments.length} environments.
        </Box>
      )}
    </Section>
  );
}
