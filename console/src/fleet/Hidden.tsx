import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useNavigate } from 'react-router';

import { Empty } from '../parts/Empty';
import { sayShown } from './shown';

interface Props {
  /** How many are shown, of how many. */
  services: readonly [number, number];
  environments: readonly [number, number];
  onClear: () => void;
}

/** Says what is hidden, always in the same place. */
export function WhatIsHidden({ services, environments, onClear }: Props) {
  const hidden = services[0] < services[1] || environments[0] < environments[1];
  return (
    <div className="fleet-hidden">
      <span role="status">{sayShown(services, environments)}</span>
      {hidden && (
        <button type="button" className="fleet-clear" onClick={onClear}>
          Clear filters
        </button>
      )}
    </div>
  );
}

/** Nothing is left of the fleet. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <Empty title="Nothing is as you ask" action={<Button onClick={onClear}>Clear filters</Button>}>
      No service has all that was chosen above. A status, or being behind, is looked for only in the
      environments that are shown.
    </Empty>
  );
}

/** There is no fleet yet: what makes one. */
export function NothingYet({ services }: { services: number }) {
  const navigate = useNavigate();
  return (
    <Empty
      title={services === 0 ? 'No service is registered yet' : 'No environment is registered yet'}
      action={
        <Link
          href="/document"
          onFollow={(event) => {
            event.preventDefault();
            void navigate('/document');
          }}
        >
          Import an organisation
        </Link>
      }
    >
      Here stands each service beside each environment it is placed in. Load accounts, stages, environments
      and services from a file with <code>interlock apply organisation.yaml</code>, or enter them under
      Configuration.
    </Empty>
  );
}
