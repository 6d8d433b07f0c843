/** A program that loads the SDK and declares nothing. */
import "@pulumi/pulumi";
