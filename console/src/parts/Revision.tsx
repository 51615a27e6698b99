import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { Link } from 'react-router';

interface Props {
  /** The whole commit id. */
  revision: string | null | undefined;
  tag?: string | null | undefined;
  /** Shows a button that copies the whole id. */
  copy?: boolean;
}

/** A commit, by its first eight digits and its tag, which leads to where it is. Never an alias as `latest`. */
export function Revision({ revision, tag, copy = false }: Props) {
  if (!revision) return <span>–</span>;
  const text = (
    <Link className="revision" to={`/commits?search=${revision}`} title={revision}>
      {revision.slice(0, 8)}
      {tag ? <span className="tag"> {tag}</span> : null}
    </Link>
  );
  if (!copy) return text;
  return (
    <span className="with-copy">
      {text}
      <CopyToClipboard
        variant="icon"
        textToCopy={revision}
        copyButtonAriaLabel={`Copy commit ${revision}`}
        copySuccessText="Copied"
        copyErrorText="Not copied"
      />
    </span>
  );
}
