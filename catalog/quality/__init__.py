"""What looks wrong in the catalog: small checks over what it holds, and the page that lists what they find."""
