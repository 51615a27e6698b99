import './admin.css';

import Button from '@cloudscape-design/components/button';
import { useNavigate, useParams } from 'react-router';

import { ViewHeader } from '../app/ViewHeader';
import { Empty } from '../parts/Empty';
import { EntityPage } from './EntityPage';
import { kindInfo, NEW } from './kinds';
import { KindTable } from './KindTable';

/** A kind's table, or one entity's form. */
export default function EntityView() {
  const { kind, name } = useParams();
  const navigate = useNavigate();
  const info = kindInfo(kind);
  if (!info) {
    return (
      <>
        <ViewHeader title="Configuration" />
        <Empty
          title={`There is no kind of thing called ${kind}`}
          action={<Button onClick={() => void navigate('/admin')}>All kinds</Button>}
        >
          Accounts, stages, waves, services and all others are listed there.
        </Empty>
      </>
    );
  }
  if (info.life === 'single') return <EntityPage info={info} name={undefined} />;
  if (name === undefined) return <KindTable key={info.kind} info={info} />;
  return <EntityPage key={`${kind}/${name}`} info={info} name={name === NEW ? undefined : name} />;
}
