import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { Moment } from '../parts/Moment';
import { RouteLink } from '../parts/RouteLink';
import { consoleLinks, type Detail } from './about';
import { LocalTime } from './LocalTime';
import { End } from './TestEnvironments';
import { extensionsLeft, type Limits } from './testing';

interface Props {
  environment: Detail;
  limits: Limits | null | undefined;
}

function testFacts({ environment, limits }: Props): KeyValuePairsProps.Item[] {
  if (environment.kind !== 'TEST') return [];
  const left = extensionsLeft(environment, limits);
  return [
    { label: 'Owner', value: environment.owner ?? '–' },
    { label: 'Purpose', value: environment.purpose ?? '–' },
    { label: 'Ends', value: <End place={environment} /> },
    {
      label: 'Its end was put off',
      value: `${environment.extensions} times${left === undefined ? '' : `; ${left} more are allowed`}`,
    },
  ];
}

function AwsLinks({ accountId, region }: { accountId: string; region: string }) {
  return (
    <SpaceBetween size="xxxs">
      {consoleLinks(accountId, region).map(({ text, href }) => (
        <Link key={text} href={href} external externalIconAriaLabel="Opens in a new tab">
          {text}
        </Link>
      ))}
    </SpaceBetween>
  );
}

/** Where an environment is and whose it is. */
export function Facts({ environment, limits }: Props) {
  const { account, region, wave, team, kind } = environment;
  return (
    <Container header={<Header variant="h2">Where it is</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          {
            label: 'Account',
            value: (
              <>
                <RouteLink to={`/environments?account=${account.awsId}`}>{account.name}</RouteLink>
                <br />
                <CopyToClipboard
                  variant="inline"
                  textToCopy={account.awsId}
                  copyButtonAriaLabel={`Copy account ${account.awsId}`}
                  copySuccessText="Copied"
                  copyErrorText="Not copied"
                />
              </>
            ),
          },
          {
            label: 'Region',
            value: (
              <>
                <RouteLink to={`/environments?region=${region.name}`}>{region.name}</RouteLink>,{' '}
                {region.description}
              </>
            ),
          },
          { label: 'Time there', value: <LocalTime zone={region.timeZone} /> },
          {
            label: 'Stage and wave',
            value: (
              <>
                <RouteLink to={`/environments?stage=${wave.stage.name}`}>{wave.stage.name}</RouteLink>
                {wave.stage.production ? ' (production)' : ''}, {wave.name}
              </>
            ),
          },
          { label: 'Team', value: team?.name ?? '–' },
          { label: 'Kind', value: kind === 'TEST' ? 'Test environment' : 'Part of the fleet' },
          { label: 'Registered', value: <Moment at={environment.createdAt} zone={region.timeZone} /> },
          ...testFacts({ environment, limits }),
          {
            label: `In AWS, signed in to ${account.awsId}`,
            value: <AwsLinks accountId={account.awsId} region={region.name} />,
          },
        ]}
      />
    </Container>
  );
}
