import './environments.css';

import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { print } from 'graphql';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { word } from '../app/terminal';
import { ViewHeader } from '../app/ViewHeader';
import { useLive } from '../graph/useLive';
import { Empty } from '../parts/Empty';
import { Trouble } from '../parts/Trouble';
import { type Detail, touchesEnvironment } from './about';
import { Alarms } from './Alarms';
import { Deployments } from './Deployments';
import { EnvironmentDetailDocument, type EnvironmentDetailQuery } from './EnvironmentView.generated';
import { Facts } from './Facts';
import { HeldBack } from './HeldBack';
import { RunningHere } from './RunningHere';
import { DeleteDialog, ExtendDialog } from './TestDialogs';
import { TestActions } from './TestEnvironments';

interface Shown {
  data: EnvironmentDetailQuery;
  environment: Detail;
  refresh: () => void;
}

function Everything({ data, environment, refresh }: Shown) {
  const { account, region, services } = environment;
  const [open, setOpen] = useState<'extend' | 'delete'>();
  const dialog = {
    place: environment,
    limits: data.organisation,
    onDismiss: () => setOpen(undefined),
    onDone: () => {
      setOpen(undefined);
      refresh();
    },
  };
  return (
    <SpaceBetween size="l">
      {environment.kind === 'TEST' && environment.archivedAt === null && (
        <TestActions place={environment} limits={data.organisation} open={setOpen} />
      )}
      <Facts environment={environment} limits={data.organisation} />
      <RunningHere environment={environment} />
      <HeldBack
        environment={environment}
        services={services.nodes}
        freezes={data.freezes.nodes}
        windows={data.windows.nodes}
      />
      <Alarms accountId={account.awsId} region={region.name} />
      <Deployments name={environment.name} zone={region.timeZone} />
      {open === 'extend' && <ExtendDialog {...dialog} />}
      {open === 'delete' && <DeleteDialog {...dialog} />}
    </SpaceBetween>
  );
}

function Missing({ name }: { name: string }) {
  const navigate = useNavigate();
  return (
    <Empty
      title="There is no such environment"
      action={<Button onClick={() => void navigate('/environments')}>See all environments</Button>}
    >
      Nothing in the fleet is called {name}. It may have been archived under that name, or never registered.
    </Empty>
  );
}

/** One environment: where it is, what runs there, and what holds anything back from it. */
export default function EnvironmentView() {
  const name = useParams()['name'] ?? '';
  const { data, problem, loading, refresh } = useLive(
    EnvironmentDetailDocument,
    { name },
    { touches: touchesEnvironment(name) },
  );
  const environment = data?.environment;
  return (
    <SpaceBetween size="l">
      <ViewHeader
        title={name}
        description={
          environment
            ? `Wave ${environment.wave.name} of ${environment.wave.stage.name}, in ${environment.region.description}`
            : 'An environment'
        }
        equivalent={{
          command: `interlock environments --name ${word(name)}`,
          document: print(EnvironmentDetailDocument),
          variables: { name },
        }}
      />
      <Trouble problem={problem} onRetry={refresh} />
      {loading && <div className="view-loading" aria-busy="true" />}
      {data && !environment && <Missing name={name} />}
      {data && environment && <Everything data={data} environment={environment} refresh={refresh} />}
    </SpaceBetween>
  );
}
