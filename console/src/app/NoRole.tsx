import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { useSignOut } from './useSignOut';

/** In the place of every view, for who is known and has no role: what to ask for, and how to be somebody else. */
export function NoRole({ sentence, remedy }: { sentence: string; remedy: string }) {
  const { signOut, busy, trouble } = useSignOut();
  return (
    <main className="alone">
      <Container header={<Header variant="h1">You have no role here</Header>}>
        <SpaceBetween size="l">
          <Box>{sentence}</Box>
          <Box>{remedy} When that is done, sign out and in again: groups are read when you sign in.</Box>
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={() => window.location.reload()}>Look again</Button>
            <Button loading={busy} onClick={() => void signOut(false)}>
              Sign out
            </Button>
          </SpaceBetween>
          {trouble}
        </SpaceBetween>
      </Container>
    </main>
  );
}
