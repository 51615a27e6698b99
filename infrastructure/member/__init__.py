"""What Interlock needs in every account that pipelines deploy to, and in the one in which they live."""
