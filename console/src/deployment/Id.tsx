import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

/** An id that can be copied; nothing where there is none. */
export function Id({ of, what }: { of: string | null | undefined; what: string }) {
  if (!of) return <span>–</span>;
  return (
    <span className="copyable-id">
      <CopyToClipboard
        variant="inline"
        textToCopy={of}
        copyButtonAriaLabel={`Copy ${what}`}
        copySuccessText="Copied"
        copyErrorText="Not copied"
      />
    </span>
  );
}
