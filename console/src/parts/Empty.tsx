import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

/** What is shown where there is nothing: what would be here, and how it comes to be. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Box textAlign="center" padding={{ vertical: 'xxl' }} color="inherit">
      <SpaceBetween size="xs">
        <Box variant="h3" tagOverride="p">
          {title}
        </Box>
        <Box color="text-body-secondary">{children}</Box>
        {action}
      </SpaceBetween>
    </Box>
  );
}
