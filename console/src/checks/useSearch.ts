import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** What the address says, and how to change a part of it; an empty value takes the part away. */
export function useSearch(): [URLSearchParams, (changes: Record<string, string | undefined>) => void] {
  const [search, setSearch] = useSearchParams();
  const change = useCallback(
    (changes: Record<string, string | undefined>) => {
      setSearch(
        (before) => {
          for (const [name, value] of Object.entries(changes)) {
            if (value) before.set(name, value);
            else before.delete(name);
          }
          return before;
        },
        { replace: true, preventScrollReset: true },
      );
    },
    [setSearch],
  );
  return [search, change];
}
