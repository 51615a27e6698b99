import Alert from '@cloudscape-design/components/alert';

/** Says to who may not change what is shown that it is so; nothing to who may, or of whom it is not known yet. */
export function ReadOnly({ may }: { may: boolean | undefined }) {
  if (may !== false) return null;
  return (
    <Alert type="info" header="You can read this, and not change it">
      Your role does not allow it. Whoever looks after Interlock can give you one that does.
    </Alert>
  );
}
