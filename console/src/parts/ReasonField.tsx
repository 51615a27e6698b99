import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';

interface Props {
  reason: string;
  onChange: (reason: string) => void;
  optional?: boolean;
  errorText?: string | undefined;
}

/** A sentence for those who ask later. */
export function ReasonField({ reason, onChange, optional = false, errorText }: Props) {
  return (
    <FormField
      label={optional ? 'Reason – optional' : 'Reason'}
      description="A sentence for those who ask later."
      errorText={errorText}
    >
      <Textarea
        rows={2}
        value={reason}
        ariaRequired={!optional}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
