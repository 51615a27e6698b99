import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';

/** What will happen, sentence by sentence; while it is asked for, that. */
export function Sentences({ sentences }: { sentences: readonly string[] | null }) {
  return (
    <div role="status">
      <Box variant="awsui-key-label">What will happen</Box>
      {sentences === null ? (
        <Box>
          <Spinner /> Being decided
        </Box>
      ) : (
        <Box>
          <ul className="refusals">
            {sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Box>
      )}
    </div>
  );
}
