import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';

import { type AwsLink, signInNote } from './aws';

interface Props {
  link: AwsLink | undefined;
  children?: string;
  /** Says where to sign in on hover and to readers only: for narrow tables. */
  brief?: boolean;
}

/** A link into AWS that says which account one must be signed in to there; nothing where there is no page. */
export function AwsPlace({ link, children, brief = false }: Props) {
  if (link === undefined) return null;
  const place = [link.accountId, link.region].filter(Boolean).join(' · ');
  const text = children ?? link.title;
  return (
    <span title={signInNote(link)}>
      <Link href={link.href} external ariaLabel={`${text}. ${signInNote(link)}`}>
        {text}
      </Link>
      {place !== '' && !brief && (
        <Box variant="small" color="text-body-secondary" display="block">
          {place}
        </Box>
      )}
    </span>
  );
}
