import Box from '@cloudscape-design/components/box';

import { Moment } from '../parts/Moment';
import type { Run } from './course';
import { Section } from './Section';
import { capital } from '../parts/capital';

/** The overrides because of which the execution was let into a wave. */
export function PassedWith({ uses }: { uses: Run['overrideUses']['nodes'] }) {
  if (uses.length === 0) return null;
  return (
    <Section title="Let in by">
      <Box>
        <ul className="refusals">
          {uses.map(({ id, usedAt, override, environment, blockers }) => (
            <li key={id}>
              {override.name}, granted by {override.grantedBy}: {capital(override.reason)} It entered{' '}
              {environment.name} <Moment at={usedAt} /> past{' '}
              {blockers.map(({ sentence }) => sentence).join('; ')}.
            </li>
          ))}
        </ul>
      </Box>
    </Section>
  );
}
