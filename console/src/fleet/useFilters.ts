import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

import { type Filters, filtersOf, searchOf } from './filters';

export type SetFilters = (change: Partial<Filters>) => void;

/** What is chosen, which is what the address says. */
export function useFilters(): [Filters, SetFilters] {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  const set = useCallback<SetFilters>(
    (change) => setSearch((before) => searchOf({ ...filtersOf(before), ...change }), { replace: true }),
    [setSearch],
  );
  return [filters, set];
}
