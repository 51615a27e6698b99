import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { useNow } from '../graph/service';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { RouteLink } from '../parts/RouteLink';
import { lasting } from '../parts/time';
import {
  type Detail,
  type Freeze,
  freezesAbout,
  scopeSentence,
  type Window,
  windowsAbout,
  windowSentence,
} from './about';
import { holidaysOf, openingOf } from './openings';

interface Props {
  environment: Detail;
  services: Detail['services']['nodes'];
  freezes: readonly Freeze[];
  windows: readonly Window[];
}

const KINDS = { PIN: 'Pinned to', HOLD: 'Held', VETO: 'Vetoed:' } as const;

function Holds({ holds }: { holds: Detail['holds']['nodes'] }) {
  if (holds.length === 0)
    return <Box color="text-body-secondary">Nobody holds, pins or vetoes anything.</Box>;
  return (
    <ul className="sentences">
      {holds.map(({ name, kind, revision, reason, expiresAt, service }) => (
        <li key={name}>
          <RouteLink to={`/admin/hold/${encodeURIComponent(name)}`}>{name}</RouteLink>: {KINDS[kind]}{' '}
          {revision && <Revision revision={revision} />} ({service?.name ?? 'all services'}): {reason}
          {expiresAt && (
            <>
              ; until <Moment at={expiresAt} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Freezes({ freezes, zone }: { freezes: (Freeze & { inForce: boolean })[]; zone: string }) {
  if (freezes.length === 0) return <Box color="text-body-secondary">No freeze is in force or planned.</Box>;
  return (
    <ul className="sentences">
      {freezes.map((freeze) => (
        <li key={freeze.name}>
          <StatusIndicator type={freeze.inForce ? 'warning' : 'pending'}>
            {freeze.inForce ? 'In force' : 'Planned'}
          </StatusIndicator>{' '}
          <RouteLink to={`/admin/freeze/${encodeURIComponent(freeze.name)}`}>{freeze.name}</RouteLink> (
          {scopeSentence(freeze)}): {freeze.reason};{' '}
          {freeze.inForce ? (
            <>
              ends <Moment at={freeze.endsAt} zone={zone} />
            </>
          ) : (
            <>
              begins <Moment at={freeze.startsAt} zone={zone} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Opens({ at, zone }: { at: number | undefined; zone: string }) {
  if (at === undefined) return <>; it never opens</>;
  return (
    <>
      ; opens <Moment at={new Date(at).toISOString()} zone={zone} exact />
    </>
  );
}

function Windows({ windows, zone }: { windows: readonly Window[]; zone: string }) {
  const now = useNow(30_000);
  if (windows.length === 0) {
    return <Box color="text-body-secondary">There is no window: its wave may be entered at any time.</Box>;
  }
  return (
    <ul className="sentences">
      {windows.map((window) => {
        const opening = openingOf(window, zone, now);
        const holidays = holidaysOf(window);
        return (
          <li key={window.name}>
            {opening && (
              <StatusIndicator type={opening.open ? 'success' : 'pending'}>
                {opening.open ? 'Open' : 'Closed'}
              </StatusIndicator>
            )}{' '}
            <RouteLink to={`/admin/window/${encodeURIComponent(window.name)}`}>{window.name}</RouteLink> (
            {windowSentence(window)}): {window.cron}, {window.minutes} min, {window.timeZone ?? zone}
            {opening && !opening.open && <Opens at={opening.at} zone={zone} />}
            {holidays.length > 0 && `; not on public holidays of ${holidays.join(', ')}`}
          </li>
        );
      })}
    </ul>
  );
}

/** Holds, freezes and windows that are about this environment. */
export function HeldBack({ environment, services, freezes, windows }: Props) {
  const now = useNow(30_000);
  const zone = environment.region.timeZone;
  return (
    <Container header={<Header variant="h2">What may hold revisions back</Header>}>
      <SpaceBetween size="m">
        <div>
          <Box variant="h3">Holds</Box>
          <Holds holds={lasting(environment.holds.nodes, now)} />
        </div>
        <div>
          <Box variant="h3">Freezes</Box>
          <Freezes freezes={freezesAbout(freezes, environment, services, now)} zone={zone} />
        </div>
        <div>
          <Box variant="h3">Windows</Box>
          <Windows windows={windowsAbout(windows, environment)} zone={zone} />
        </div>
      </SpaceBetween>
    </Container>
  );
}
