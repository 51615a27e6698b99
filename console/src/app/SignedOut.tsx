import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import type { LoginPage, Standing } from '../graph/login';

/** Over a page that was used: the session has ended, and what stands in its forms stays while one signs in elsewhere. */
export function SignedOut({ standing, page }: { standing: Standing; page: LoginPage }) {
  const [put, setPut] = useState(false);
  const out = standing.kind === 'out';
  return (
    <Modal
      visible={!put}
      header={out ? 'You are signed out' : 'You have no role any more'}
      closeAriaLabel="Close"
      onDismiss={() => setPut(true)}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={() => setPut(true)}>
              Not now
            </Button>
            {out && typeof page === 'string' && (
              <Button variant="primary" href={`${page}?next=%2F`} target="_blank" iconName="external">
                Sign in again
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <Box>{standing.sentence}</Box>
        {out ? (
          <Box>
            What you typed is kept on this page. Sign in again in a new tab: this page then goes on by itself.
          </Box>
        ) : (
          <Box>{standing.remedy}</Box>
        )}
      </SpaceBetween>
    </Modal>
  );
}
