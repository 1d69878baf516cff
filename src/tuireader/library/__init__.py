"""Use cases: one module, one public function each, over the rooms below."""
