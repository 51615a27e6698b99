import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';

import type { Paging } from './usePaging';

interface Props {
  paging: Paging;
  info: { hasNextPage: boolean; endCursor: string | null } | undefined;
  /** What is paged: `deployments`. */
  of: string;
}

/** To the next page of a connection, and back. */
export function Pages({ paging, info, of }: Props) {
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Button
        variant="icon"
        iconName="angle-left"
        ariaLabel={`Newer ${of}`}
        disabled={paging.number === 1}
        onClick={paging.previous}
      />
      <span>Page {paging.number}</span>
      <Button
        variant="icon"
        iconName="angle-right"
        ariaLabel={`Older ${of}`}
        disabled={info?.hasNextPage !== true}
        onClick={() => paging.next(info?.endCursor)}
      />
    </SpaceBetween>
  );
}
