import Header, { type HeaderProps } from '@cloudscape-design/components/header';
import { useEffect } from 'react';

import { type Equivalent, useEquivalent } from './page';

interface Props {
  title: string;
  description?: HeaderProps['description'];
  counter?: string;
  actions?: HeaderProps['actions'];
  equivalent?: Equivalent | undefined;
}

/** The first line of every view: its one h1, the document's title, and what is equivalent to it elsewhere. */
export function ViewHeader({ title, description, counter, actions, equivalent }: Props) {
  useEquivalent(equivalent);
  useEffect(() => {
    document.title = `${title} · Interlock`;
  }, [title]);
  return (
    <Header
      variant="h1"
      {...(description === undefined ? {} : { description })}
      {...(counter === undefined ? {} : { counter })}
      {...(actions === undefined ? {} : { actions })}
    >
      {title}
    </Header>
  );
}
