"""A CDK app that stands up all of Interlock in a company's tooling account, and what it needs in the others."""
