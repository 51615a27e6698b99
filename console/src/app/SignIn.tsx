import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useLocation } from 'react-router';

import mark from '../art/mark.svg';
import type { LoginPage } from '../graph/login';
import { loginAddress, returned, saidOf } from './returned';

/** In the place of every view, for who is not signed in: where to do that, and why it was not done just now. */
export function SignIn({ page }: { page: LoginPage }) {
  const place = useLocation();
  const why = returned(place.hash)?.why;
  return (
    <main className="alone">
      <img src={mark} alt="" width="40" height="40" />
      <Container header={<Header variant="h1">Sign in to Interlock</Header>}>
        <SpaceBetween size="l">
          {why !== undefined && (
            <Alert type={why === 'away' ? 'warning' : 'error'} header={saidOf(why).sentence}>
              {saidOf(why).remedy}
            </Alert>
          )}
          {page === null ? (
            <Alert type="info" header="This service lets nobody sign in in a browser">
              Whoever looks after it has named no client of the single sign-on for that. The command can sign
              in.
            </Alert>
          ) : (
            <SpaceBetween size="m">
              <Box>
                Your company’s single sign-on tells Interlock who you are. You come back to the page that you
                wanted.
              </Box>
              <Button
                variant="primary"
                fullWidth
                loading={page === undefined}
                {...(page === undefined ? {} : { href: loginAddress(page, place) })}
              >
                Sign in
              </Button>
            </SpaceBetween>
          )}
          <Box color="text-body-secondary">
            In a terminal it is <Box variant="code">interlock login</Box>.
          </Box>
        </SpaceBetween>
      </Container>
    </main>
  );
}
